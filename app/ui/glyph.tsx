/** The drawings that stand beside words, never in place of them: 16 by 16, one stroke. */
const drawings = {
  tick: 'M2.75 8a5.25 5.25 0 1 0 10.5 0a5.25 5.25 0 1 0-10.5 0M5.75 8.2l1.6 1.6 3-3.4',
  waiting: 'M8 5v3.2l2 1.3',
  warning: 'M8 2.6 14 13H2zM8 6.6v3M8 11.4v.1',
  pause: 'M2.75 8a5.25 5.25 0 1 0 10.5 0a5.25 5.25 0 1 0-10.5 0M6.6 6v4M9.4 6v4',
  clock: 'M2.75 8a5.25 5.25 0 1 0 10.5 0a5.25 5.25 0 1 0-10.5 0M8 5v3.2l2 1.3',
  cloud: 'M4.75 12.5h6.5a2.75 2.75 0 0 0 .5-5.45a3.85 3.85 0 0 0-7.45.75A2.4 2.4 0 0 0 4.75 12.5',
  wrench:
    'M13.3 5.3a3.5 3.5 0 0 1-4.8 3.9l-3.9 3.9a1.2 1.2 0 0 1-1.7-1.7l3.9-3.9a3.5 3.5 0 0 1 3.9-4.8l-1.9 2 .5 2 2 .5z',
  half: 'M2.75 8a5.25 5.25 0 1 0 10.5 0a5.25 5.25 0 1 0-10.5 0M5.5 8h5',
  cross: 'M2.75 8a5.25 5.25 0 1 0 10.5 0a5.25 5.25 0 1 0-10.5 0M6.2 6.2l3.6 3.6M9.8 6.2 6.2 9.8',
  apart: 'M6.5 4.5H5a3.5 3.5 0 0 0 0 7h1.5M9.5 4.5H11a3.5 3.5 0 0 1 0 7H9.5',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  out: 'M6 3.5H3.5v9h9V10M9 3.5h3.5V7M12.5 3.5 7.5 8.5',
  down: 'M4 6.5l4 4 4-4',
  right: 'M3 8h10M9.5 4.5 13 8l-3.5 3.5',
  plus: 'M8 3.5v9M3.5 8h9',
} as const

export type GlyphName = keyof typeof drawings

export function Glyph({ name, className = '' }: { name: GlyphName; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`size-4 shrink-0 ${className}`}
    >
      {name === 'waiting' && <circle cx="8" cy="8" r="5.25" strokeDasharray="2 2.12" />}
      <path d={drawings[name]} />
    </svg>
  )
}
