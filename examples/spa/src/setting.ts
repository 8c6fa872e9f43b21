import { useState } from 'react'

/** A switch that this browser remembers. */
export function useSetting(name: string): [boolean, (isOn: boolean) => void] {
  const [isOn, setIsOn] = useState(localStorage.getItem(name) === 'on')
  return [
    isOn,
    (next) => {
      localStorage.setItem(name, next ? 'on' : 'off')
      setIsOn(next)
    },
  ]
}
