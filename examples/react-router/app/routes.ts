import { type RouteConfig, index, layout, route } from '@react-router/dev/routes'

export default [
  index('routes/home.tsx'),
  route('sign-up', 'routes/sign-up.ts'),
  route('sign-out', 'routes/sign-out.ts'),
  route('public', 'routes/public.tsx'),
  layout('routes/twice-layout.tsx', [route('twice', 'routes/twice.tsx')]),
  route('redirect', 'routes/redirect.ts'),
  route('stream', 'routes/stream.tsx'),
  route('late', 'routes/late.tsx'),
  route('error', 'routes/error.tsx'),
  route('tagged', 'routes/tagged.ts'),
  route('own', 'routes/own.ts'),
  route('static', 'routes/static.tsx'),
  route('thrown', 'routes/thrown.tsx'),
  route('action', 'routes/action.tsx'),
  route('account', 'routes/account.tsx'),
  route('bare', 'routes/bare.ts'),
  route('session', 'routes/session.ts'),
] satisfies RouteConfig
