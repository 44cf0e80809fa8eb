const KEY = "evalh-theme";

/** Lets the reader choose light or dark over the system's setting, and remembers it where the browser allows. */
export function bindTheme(onChange: () => void): void {
  const toggle = document.querySelector<HTMLButtonElement>("[data-theme-toggle]");
  if (toggle === null) return;
  const root = document.documentElement;
  const apply = (theme: string): void => {
    root.style.colorScheme = theme;
    toggle.textContent = theme === "dark" ? "Light" : "Dark";
    toggle.setAttribute("aria-label", `Switch to ${theme === "dark" ? "light" : "dark"} colours`);
  };
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  apply(recall() ?? system);
  toggle.hidden = false;
  // Paper is light whatever the screen is.
  matchMedia("print").addEventListener("change", onChange);
  toggle.addEventListener("click", () => {
    const theme = root.style.colorScheme === "dark" ? "light" : "dark";
    apply(theme);
    remember(theme);
    onChange();
  });
}

/** Pages opened from disk may be denied storage. */
function recall(): string | null {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "dark" || theme === "light" ? theme : null;
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Chosen again next time.
  }
}
