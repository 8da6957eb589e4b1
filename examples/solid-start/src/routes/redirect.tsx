import { createAsync } from '@solidjs/router'
import { redirected } from '../lib/session'

export default function Redirect() {
  const nothing = createAsync(() => redirected(), { deferStream: true })
  return <p>{nothing()}</p>
}
