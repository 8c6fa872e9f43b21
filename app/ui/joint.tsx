/** The picture of the landing page: you, the key that the app keeps, and the other service. */
export function Joint({ label }: { label: string }) {
  return (
    <svg
      viewBox="0 0 720 80"
      role="img"
      aria-label={label}
      fill="none"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="mt-16 mb-8 w-full"
    >
      <path d="M70 40h168M338 40h152" strokeDasharray="1.5 6" className="stroke-edge" />
      <circle cx="29" cy="40" r="28" className="fill-raised stroke-edge" />
      <path
        d="M29 39a7 7 0 1 0 0-14a7 7 0 0 0 0 14M16 53a13 13 0 0 1 26 0"
        className="stroke-ink"
      />
      <circle cx="288" cy="40" r="38" className="fill-accent" />
      <path
        d="M304 24.500A23 23 0 1 0 311 40H288M300 40v10M290.500 40v7"
        strokeWidth="5"
        className="stroke-on-accent"
      />
      <rect x="502" y="12" width="56" height="56" rx="14" className="fill-raised stroke-edge" />
      <path d="M518 32h24M518 40h24M518 48h14" className="stroke-ink" />
    </svg>
  )
}
