/** The form's style sheet. */
export const formStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 0 auto; padding: 1rem; }
header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 1.1rem; margin: 0; }
progress { flex: 1; min-width: 8rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid GrayText; border-radius: .4rem; padding: .7rem; margin: .3rem 0 1rem; }
.answers { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
h2 { font-size: .9rem; margin: 0; }
.choices { display: flex; gap: .5rem; flex-wrap: wrap; margin: .5rem 0; }
button { font: inherit; padding: .4rem .9rem; }
button[aria-pressed="true"] { outline: 3px solid Highlight; }
textarea, input { font: inherit; width: 100%; box-sizing: border-box; }
kbd { border: 1px solid GrayText; border-radius: .2rem; padding: 0 .3rem; }
[hidden] { display: none !important; }
`;
