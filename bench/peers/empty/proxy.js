/** Without one of its own, the build would take that of the folders above. It is never run. */
export function proxy() {}

export const config = { matcher: '/never' }
