import type { ReactNode } from 'react'
import { Shell } from '../shell.tsx'

export default function ActivityLayout({ children }: { children: ReactNode }) {
  return <Shell current="activity">{children}</Shell>
}
