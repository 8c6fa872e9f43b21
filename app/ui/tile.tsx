const tints = ['tile-0', 'tile-1', 'tile-2', 'tile-3', 'tile-4', 'tile-5', 'tile-6', 'tile-7']

const sizes = {
  row: 'size-10 rounded-tile text-base',
  page: 'size-14 rounded-panel text-large',
}

/** A provider's monogram, in a tint that is always the same for it. */
export function Tile({
  provider,
  size = 'row',
}: {
  provider: { id: string; name: string }
  size?: keyof typeof sizes
}) {
  return (
    <span
      aria-hidden="true"
      className={`tile ${tintOf(provider.id)} ${sizes[size]} inline-flex shrink-0 items-center justify-center font-strong`}
    >
      {monogram(provider.name)}
    </span>
  )
}

function tintOf(id: string): string {
  const sum = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7)
  return tints[sum % tints.length] ?? 'tile-0'
}

function monogram(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => word[0]) : [words[0]?.[0]]
  return letters.join('').toUpperCase()
}
