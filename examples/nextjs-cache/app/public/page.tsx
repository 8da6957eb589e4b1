export default function Page() {
  return <p>public</p>
}
