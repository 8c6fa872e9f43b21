import { texts } from '../texts.ts'

/** What an action is done to, for those who hear a list of links without the row around them. */
export function ActionObject({ provider, account }: { provider: string; account?: string | null }) {
  return <span className="sr-only"> {texts.actions.object(provider, account ?? null)}</span>
}
