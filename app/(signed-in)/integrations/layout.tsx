import type { ReactNode } from 'react'
import { Shell } from '../shell.tsx'

export default function IntegrationsLayout({ children }: { children: ReactNode }) {
  return <Shell current="integrations">{children}</Shell>
}
