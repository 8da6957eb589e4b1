/** The style of every page. */
export const style = `
:root { color-scheme: light dark; background: light-dark(#fff, #17191e); color: light-dark(#1a1a1a, #eee); font: 1.0625rem/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 1.5rem 1rem; }
main { max-width: 26rem; margin: 0 auto; }
h1 { font-size: 1.5rem; line-height: 1.25; }
label, .hint, .problem { display: block; }
label { font-weight: 600; }
.hint { color: light-dark(#555, #aaa); font-size: 0.9375rem; }
.problem { color: light-dark(#b00020, #ff8a8a); }
input, button { box-sizing: border-box; width: 100%; padding: 0.625rem 0.75rem; font: inherit; }
input { border: 1px solid light-dark(#767676, #999); border-radius: 0.375rem; }
input[aria-invalid] { border-color: light-dark(#b00020, #ff8a8a); }
button { border: 0; border-radius: 0.375rem; background: light-dark(#1f4fd8, #9db8ff); color: light-dark(#fff, #111); font-weight: 600; cursor: pointer; }
a { color: light-dark(#1f4fd8, #9db8ff); }
:focus-visible { outline: 3px solid light-dark(#1f4fd8, #9db8ff); outline-offset: 2px; }
.banner { max-width: 26rem; margin: 0 auto 1.5rem; padding: 0.75rem; border: 2px solid light-dark(#b00020, #ff8a8a); border-radius: 0.375rem; }
li { margin-block: 0.75rem; }
svg { display: block; max-width: 16rem; }
code { overflow-wrap: anywhere; }
bdi { overflow-wrap: anywhere; }
`
