import { Box, Text, useInput, useIsScreenReaderEnabled, useStdin, useWindowSize } from "ink";
import { memo, useSyncExternalStore, type ReactNode } from "react";

import { drawScreen } from "../screen/screen.ts";
import { speakScreen } from "../screen/spoken.ts";
import { paint } from "../view/paint.ts";
import { keyPresses } from "./keys.ts";
import type { TerminalStore } from "./terminal-store.ts";

interface AppProps {
  readonly store: TerminalStore;
  readonly color: boolean;
}

/** The whole terminal, line by line: what stands in them is decided by plain functions. */
export function App({ store, color }: AppProps): ReactNode {
  const { columns, rows } = useWindowSize();
  const { isRawModeSupported } = useStdin();
  const isSpoken = useIsScreenReaderEnabled();
  useSyncExternalStore(store.subscribe, store.version);
  useInput((input, key) => store.press(keyPresses(input, key), { columns, rows }), { isActive: isRawModeSupported });
  const scene = store.scene({ columns, rows });
  const lines = isSpoken
    ? speakScreen(store.state(), scene)
    : drawScreen(store.state(), scene).map((line) => paint(line, color));
  return (
    <Box flexDirection="column" flexShrink={0}>
      {lines.map((line, row) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line's identity is its row
        <Row key={row} text={line} isSpoken={isSpoken} />
      ))}
    </Box>
  );
}

/** One row of the terminal; drawn again only when its text changes. An empty one keeps its place. */
const Row = memo(function Row({ text, isSpoken }: { readonly text: string; readonly isSpoken: boolean }): ReactNode {
  return <Text wrap={isSpoken ? "wrap" : "truncate"}>{text === "" ? " " : text}</Text>;
});
