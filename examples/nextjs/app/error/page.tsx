import { getSession } from '../../lib/auth.ts'

export default async function Page() {
  await getSession()
  throw new Error('broken on purpose')
}
