import { createAsync } from '@solidjs/router'
import { nameOfUser } from '../lib/session'

export default function Twice() {
  const one = createAsync(() => nameOfUser())
  const other = createAsync(() => nameOfUser())
  return <p>{one() === other() ? `who: ${one()}.` : 'two answers'}</p>
}
