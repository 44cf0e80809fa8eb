/** Makes the buttons in table headers sort their tables by the cells' `data-v`. */
export function bindSorting(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-sort]")) {
    button.addEventListener("click", () => sortBy(button));
  }
}

function sortBy(button: HTMLButtonElement): void {
  const header = button.closest("th");
  const table = button.closest("table");
  const body = table?.tBodies[0];
  if (header === null || table === null || body === undefined) return;
  // Numbers first from the top down: people look for the best.
  const first = header.cellIndex === 0 ? "ascending" : "descending";
  const second = first === "ascending" ? "descending" : "ascending";
  const order = header.getAttribute("aria-sort") === first ? second : first;
  for (const other of header.parentElement?.children ?? []) other.setAttribute("aria-sort", "none");
  header.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const rows = [...body.rows].filter((row) => !row.classList.contains("whole"));
  const valueOf = (row: HTMLTableRowElement): number => {
    const value = row.cells[header.cellIndex]?.dataset["v"];
    return value === undefined ? Number.NaN : Number(value);
  };
  rows.sort((a, b) => {
    const [valueA, valueB] = [valueOf(a), valueOf(b)];
    if (Number.isNaN(valueA) || Number.isNaN(valueB))
      return Number(Number.isNaN(valueA)) - Number(Number.isNaN(valueB));
    return sign * (valueA - valueB);
  });
  body.append(...rows);
}

/** Makes rows of buttons show one of several contents. */
export function bindTabs(): void {
  for (const group of document.querySelectorAll("[data-tabs]")) {
    const buttons = [...group.querySelectorAll<HTMLButtonElement>(":scope > .tab-row > .tab")];
    const panels = [...group.querySelectorAll<HTMLElement>(":scope > .tab-panel")];
    for (const [chosen, button] of buttons.entries()) {
      button.addEventListener("click", () => {
        for (const [at, other] of buttons.entries()) other.setAttribute("aria-pressed", String(at === chosen));
        for (const [at, panel] of panels.entries()) panel.hidden = at !== chosen;
      });
    }
  }
}
