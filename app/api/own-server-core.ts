/** All that `server.ts` takes from the build. */
export { env } from '#lib/env'
export { land } from '#lib/integrations/flights'
export { storeUses } from '#lib/integrations/uses'
export { listensOn, strictTransport } from '#lib/settings/listening'
export { answerToken } from './token-answer.ts'
