import { Link } from 'react-router'

export default function Public() {
  return (
    <p>
      public <Link to="/">Home</Link>
    </p>
  )
}
