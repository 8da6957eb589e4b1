import { NextResponse } from 'next/server'
import { withAuth } from '../../lib/auth.ts'

export const GET = withAuth(async (_request, authRequest) => {
  await authRequest.validate()
  return new NextResponse(null, { status: 303, headers: { Location: '/public' } })
})
