import { spawn } from "node:child_process";
import { platform } from "node:os";

/** Asks the desktop to open an address. Where there is none, nothing happens: the address was printed as well. */
export function openBrowser(url: string): void {
  const [command, ...args] =
    platform() === "darwin" ? ["open", url] : platform() === "win32" ? ["explorer.exe", url] : ["xdg-open", url];
  if (command === undefined) return;
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}

/** Whether there is a desktop to open a page on. */
export function hasDesktop(env: Readonly<Record<string, string | undefined>>): boolean {
  if (platform() !== "linux") return env["SSH_CONNECTION"] === undefined;
  return (env["DISPLAY"] ?? env["WAYLAND_DISPLAY"] ?? "") !== "";
}
