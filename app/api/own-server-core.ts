/** All that `server.ts` takes from the build. */
export { env, listensOn, strictTransport } from '#lib/env'
export { land } from '#lib/integrations/flights'
export { storeUses } from '#lib/integrations/uses'
export { answerToken } from './token-answer.ts'
