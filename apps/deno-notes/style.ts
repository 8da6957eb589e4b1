/** The style sheet. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #f6f2e9;
  --sheet: #fffdf8;
  --ink: #25211b;
  --soft: #635a4d;
  --line: #d9d0bf;
  --edge: #8d8271;
  --accent: #1d5148;
  --accent-hover: #153d36;
  --on-accent: #ffffff;
  --brass: #b08a45;
  --stone: #e3dacb;
  --stone-dark: #c9bda8;
  --leaf: #1d5148;
  --leaf-line: #38766b;
  --light: #ffe9b8;
  --alarm: #8f2d20;
  --alarm-paper: #fbeae4;
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, Georgia, serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Open Sans', 'Helvetica Neue', sans-serif;
}

@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161b;
    --sheet: #1b1e25;
    --ink: #ece6da;
    --soft: #aaa598;
    --line: #30343d;
    --edge: #767c89;
    --accent: #f0c674;
    --accent-hover: #f7d896;
    --on-accent: #231a08;
    --brass: #b08a45;
    --stone: #2a2e37;
    --stone-dark: #3a3f4a;
    --leaf: #24403d;
    --leaf-line: #41655f;
    --light: #ffd98a;
    --alarm: #f3a393;
    --alarm-paper: #35201e;
    }
}

* {
  box-sizing: border-box;
}

html {
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
  overflow-y: scroll;
}

body {
  min-height: 100vh;
  min-height: 100dvh;
  margin: 0;
  display: flex;
  flex-direction: column;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.55 var(--sans);
  overflow-wrap: anywhere;
}

h1,
blockquote,
.lead,
.brand {
  font-family: var(--serif);
}

h1 {
  margin: 0 0 1rem;
  font-size: clamp(2rem, 1.4rem + 2.6vw, 3.1rem);
  font-weight: 400;
  line-height: 1.08;
  letter-spacing: -0.015em;
  text-wrap: balance;
}

h2 {
  margin: 0;
  font-size: 0.8rem;
  letter-spacing: 0.09em;
  text-transform: uppercase;
  color: var(--soft);
}

p {
  margin: 0 0 1rem;
}

ol,
ul {
  margin: 0;
  padding: 0;
  list-style: none;
}

a {
  color: var(--accent);
  text-decoration-thickness: 1px;
  text-underline-offset: 0.2em;
}

a:hover {
  text-decoration-thickness: 2px;
}

:focus-visible {
  outline: 3px solid var(--brass);
  outline-offset: 3px;
  border-radius: 3px;
}

main:focus {
  outline: none;
}

code {
  font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
  font-size: 0.9em;
}

.skip {
  position: absolute;
  left: 1rem;
  top: -4rem;
  padding: 0.6rem 1rem;
  background: var(--accent);
  color: var(--on-accent);
  z-index: 1;
}

.skip:focus {
  top: 0.5rem;
}

/* The header */

.top,
main,
.foot {
  width: 100%;
  max-width: 66rem;
  margin-inline: auto;
  padding-inline: clamp(1rem, 4vw, 2.5rem);
}

.top {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 1.5rem;
  padding-block: 1.1rem;
  line-height: 1.4;
}

.brand {
  display: inline-flex;
  align-items: center;
  gap: 0.6rem;
  margin-inline-end: auto;
  padding-block: 0.3rem;
  color: inherit;
  font-size: 1.3rem;
  font-weight: 500;
  text-decoration: none;
}

.arch {
  fill: var(--accent);
}

.sill,
.knob {
  fill: var(--brass);
}

.visitor {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0 1.25rem;
  font-size: 0.95rem;
  color: var(--soft);
}

.intro {
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  column-gap: clamp(1.5rem, 6vw, 5rem);
  align-items: end;
  padding-top: clamp(0.5rem, 2vw, 1.75rem);
}

.welcome {
  align-self: center;
  max-width: 30rem;
  padding-bottom: 2rem;
}

/* The line has the width of the window, without making the page wider. */
.intro::after {
  content: '';
  grid-column: 1 / -1;
  height: 3px;
  border-image: conic-gradient(var(--brass) 0 0) fill 0 / 0 / 0 100vw;
}

.illustration {
  display: block;
  width: 12.5rem;
  height: 18.75rem;
  margin-bottom: -1.75rem;
  position: relative;
  z-index: 1;
}

.stone {
  fill: var(--stone);
}

.step {
  fill: var(--stone-dark);
}

.leaf {
  fill: var(--leaf);
  stroke: var(--leaf);
}

.panel {
  fill: none;
  stroke: var(--leaf-line);
  stroke-width: 2;
}

.light,
.spill {
  fill: var(--light);
}

.spill {
  opacity: 0.45;
}

.lead {
  font-size: 1.3rem;
  line-height: 1.45;
  color: var(--soft);
}

.notes {
  max-width: 42rem;
  padding-block: 2.25rem 3rem;
}

.notes li {
  padding-block: 1.4rem 0.9rem;
  border-bottom: 1px solid var(--line);
}

.notes li:last-child {
  border-bottom: 0;
}

.notes li form {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: 0 1.5rem;
  margin-top: 0.35rem;
  font-size: 0.9rem;
  color: var(--soft);
}

blockquote {
  margin: 0;
  font-size: 1.3rem;
  line-height: 1.4;
  white-space: pre-wrap;
}

.empty {
  margin: 0;
  padding-block: 1.5rem;
  font: 1.3rem/1.4 var(--serif);
  color: var(--soft);
}

.sheet {
  max-width: 30rem;
  margin: clamp(1rem, 4vw, 3rem) auto 3rem;
}

.sheet h1 {
  padding-bottom: 0.9rem;
  border-bottom: 3px solid var(--brass);
}

dl {
  display: grid;
  grid-template-columns: auto minmax(0, 1fr);
  gap: 0.6rem 1rem;
  margin: 0 0 1.75rem;
}

dt {
  color: var(--soft);
}

dd {
  margin: 0;
}

[aria-invalid='true'] {
  border-color: var(--alarm);
  box-shadow: inset 0 0 0 1px var(--alarm);
}

.problem {
  margin-top: -0.75rem;
  font-size: 0.9rem;
  font-weight: 600;
  color: var(--alarm);
}

.alert {
  margin-bottom: 1.5rem;
  padding: 0.75rem 1rem;
  border-inline-start: 4px solid var(--alarm);
  background: var(--alarm-paper);
}

.alert a {
  color: var(--alarm);
}

.draft {
  margin: 0 0 1.5rem;
  padding: 1rem;
  border: 1px solid var(--line);
  background: var(--sheet);
}

figcaption {
  font-size: 0.9rem;
  color: var(--soft);
}

label {
  display: block;
  margin-bottom: 0.35rem;
  font-weight: 600;
}

input,
textarea {
  display: block;
  width: 100%;
  margin-bottom: 1.1rem;
  padding: 0.65rem 0.8rem;
  border: 1px solid var(--edge);
  border-radius: 3px;
  background: var(--sheet);
  color: var(--ink);
  font: inherit;
}

textarea {
  min-height: 6.2rem;
  font: 1.2rem/1.4 var(--serif);
  resize: vertical;
}

.hint {
  margin-top: -0.75rem;
  font-size: 0.9rem;
  color: var(--soft);
}

button,
.button {
  display: inline-block;
  padding: 0.65rem 1.3rem;
  border: 1px solid var(--accent);
  border-radius: 3px;
  background: var(--accent);
  color: var(--on-accent);
  font: 600 1rem/1.4 var(--sans);
  text-decoration: none;
  cursor: pointer;
}

button:hover,
.button:hover {
  border-color: var(--accent-hover);
  background: var(--accent-hover);
}

.plain,
.plain:hover {
  padding: 0.4rem 0;
  border: 0;
  background: none;
  color: var(--accent);
  font: inherit;
  text-decoration: underline;
  text-decoration-thickness: 1px;
  text-underline-offset: 0.2em;
}

.plain:hover {
  text-decoration-thickness: 2px;
}

.foot {
  margin-top: auto;
  padding-block: 1.5rem;
  font-size: 0.9rem;
  color: var(--soft);
}

.foot p {
  margin: 0;
}

@media (max-width: 44rem) {
  .intro {
    grid-template-columns: minmax(0, 1fr);
  }

  .welcome {
    order: 1;
    padding-block: 1.5rem 0;
  }

  .illustration {
    width: 6.5rem;
    height: 9.75rem;
    margin: 0 0 -0.9rem;
  }
}
`
