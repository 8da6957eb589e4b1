import { Link, createFileRoute } from '@tanstack/react-router'

export const Route = createFileRoute('/public')({
  component: () => (
    <p>
      public <Link to="/">Home</Link>
    </p>
  ),
})
