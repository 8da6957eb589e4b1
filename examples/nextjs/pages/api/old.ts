import type { NextApiHandler } from 'next'
import { auth } from '../../lib/pages-auth.ts'

const handler: NextApiHandler = async (req, res) => {
  const authRequest = auth.handleRequest({ req, res })
  if (!authRequest.origin.trusted) return res.status(403).end()
  const session = await authRequest.validate()
  if (req.method === 'POST') authRequest.setSession(null)
  return res.json({ who: session?.user.name ?? 'anonymous' })
}

export default handler
