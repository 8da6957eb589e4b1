/** The page `/` of the apps that write HTML by hand. */

/** Returns the page for a user's name. */
export function page(name: string | undefined): string {
  return `<!doctype html>
<html lang="en">
<title>Example</title>
<p>who: ${name ?? 'anonymous'}</p>
<form id="sign-up" method="post" action="/sign-up">
  <input name="name" required>
  <button>Sign up</button>
</form>
<form id="sign-out" method="post" action="/sign-out">
  <button>Sign out</button>
</form>
<a href="/public">Public</a>
`
}
