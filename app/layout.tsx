import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { fontClasses } from './fonts.ts'
import './globals.css'
import { texts } from './texts.ts'
import { currentTheme } from './theme.ts'

export const metadata: Metadata = {
  title: { default: texts.product, template: `%s – ${texts.product}` },
  description: texts.landing.description,
  robots: { index: false },
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfaf8' },
    { media: '(prefers-color-scheme: dark)', color: '#10151a' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-theme={await currentTheme()} className={fontClasses}>
      <body>{children}</body>
    </html>
  )
}
