/** The changes to the core that no test notices, and why each may go unnoticed. */
export const survivors: Record<string, Record<string, string>> = {}
