/** Prerendered, and behind the proxy. */
export default function Page() {
  return <p>about</p>
}
