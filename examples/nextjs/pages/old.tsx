import type { GetServerSideProps } from 'next'
import { auth } from '../lib/pages-auth.ts'

interface Props {
  readonly name: string | null
}

export const getServerSideProps: GetServerSideProps<Props> = async ({ req, res, query }) => {
  const session = await auth.handleRequest({ req, res }).validate()
  res.appendHeader('Set-Cookie', 'seen=1; Path=/')
  if (query['to']) return { redirect: { destination: '/public', permanent: false } }
  return { props: { name: session?.user.name ?? null } }
}

export default function Page({ name }: Props) {
  return <p>who: {name ?? 'anonymous'}.</p>
}
