import { createCsrfMiddleware, createStart } from '@tanstack/react-start'
import { authMiddleware } from './auth-middleware.ts'

const csrfMiddleware = createCsrfMiddleware({
  filter: ({ handlerType }) => handlerType === 'serverFn',
})

export const startInstance = createStart(() => ({
  requestMiddleware: [csrfMiddleware, authMiddleware],
}))
