export const GET = () => Response.json({ who: 'Ada' })
