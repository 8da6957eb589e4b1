export default function Page() {
  return <p>who: anonymous</p>
}
