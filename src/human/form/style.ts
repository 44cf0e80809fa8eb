/** The form's style sheet. */
export const formStyle = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f4f5f7, #14161a); --card: light-dark(#fff, #1d2026); --line: light-dark(#d5d9e0, #363b45);
  --ink: light-dark(#1b1f27, #e7e9ee); --quiet: light-dark(#565e6c, #a3abb9); --accent: light-dark(#1d4ed8, #9dbcff);
  --chosen: light-dark(#dbe6ff, #24345c); --right: light-dark(#18794e, #6fd3a4); --wrong: light-dark(#b3261e, #ff9a92);
  font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--page);
}
* { box-sizing: border-box; }
body { margin: 0; }
main { max-width: 78rem; margin: 0 auto; padding: 1rem 1rem 2rem; }
#welcome { max-width: 40rem; padding-top: 8vh; }
#welcome form { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem 2rem; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; }
h2 { font-size: .8rem; font-weight: 600; margin: 0 0 .35rem; color: var(--quiet); }
header { position: sticky; top: 0; z-index: 1; display: flex; gap: 1rem; align-items: center; padding: .5rem max(1rem, calc((100vw - 76rem) / 2));
  background: var(--card); border-bottom: 1px solid var(--line); }
header h1 { font-size: .95rem; margin: 0; }
header p { margin: 0; font-size: .95rem; font-variant-numeric: tabular-nums; }
progress { flex: 1; min-width: 6rem; height: .5rem; accent-color: var(--accent); }
.guidelines { white-space: pre-wrap; max-width: 46rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; margin: 0 0 .8rem; }
.reference { border-left: .3rem solid var(--right); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.text:empty::before { content: "(empty)"; color: var(--quiet); font-style: italic; }
.answers { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
.answers .card { margin: 0; }
.card.chosen { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.dock { position: sticky; bottom: 0; background: var(--page); padding: .6rem 0; border-top: 1px solid var(--line); margin-top: .4rem; }
.verdicts, .row { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; }
.verdicts { margin-bottom: .5rem; }
.verdicts button { flex: 1 1 7rem; padding: .6rem .8rem; }
button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .45rem; padding: .35rem .8rem; cursor: pointer; }
button:hover { border-color: var(--accent); }
button.primary { border-color: var(--accent); }
button[aria-pressed="true"] { background: var(--chosen); border-color: var(--accent); font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
textarea, input { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .45rem; padding: .35rem .6rem; width: 100%; }
.row textarea { flex: 1 1 14rem; width: auto; resize: vertical; }
kbd { font: .8em ui-monospace, monospace; color: var(--quiet); border: 1px solid var(--line); border-radius: .25rem; padding: 0 .35em; }
.keys { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; color: var(--quiet); }
.hint { color: var(--quiet); font-size: .9rem; }
details { margin: 0 0 .8rem; }
summary { cursor: pointer; color: var(--quiet); }
#trouble { color: var(--wrong); margin: .4rem 0 0; }
#trouble:empty { display: none; }
[hidden] { display: none !important; }
@media (max-height: 30rem) { .dock, header { position: static; } }
`;
