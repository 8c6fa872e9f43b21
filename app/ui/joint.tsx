/** The picture of the landing page: two parties, and between them a line that the app's key closes. */
export function Joint({ label }: { label: string }) {
  return (
    <svg
      viewBox="0 0 720 120"
      role="img"
      aria-label={label}
      fill="none"
      strokeWidth="1.5"
      className="my-14 w-full"
    >
      <path
        d="M76 60h236M408 60h236"
        className="stroke-edge"
        strokeDasharray="2 6"
        strokeLinecap="round"
      />
      <circle cx="48" cy="60" r="27" className="fill-raised stroke-edge" />
      <circle cx="48" cy="53" r="7" className="stroke-ink" />
      <path d="M35 72a13 13 0 0 1 26 0" className="stroke-ink" strokeLinecap="round" />
      <circle cx="360" cy="60" r="47" className="fill-accent" />
      <path
        d="M380 40.500A28 28 0 1 0 388 60H360M374.500 60v12M363 60v9"
        strokeWidth="6"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="stroke-on-accent"
      />
      <rect x="645" y="33" width="54" height="54" rx="13" className="fill-raised stroke-edge" />
      <path d="M660 52h24M660 60h24M660 68h14" className="stroke-ink" strokeLinecap="round" />
    </svg>
  )
}
