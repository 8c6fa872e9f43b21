/** Without one of its own, the build would take that of the folders above. */
export function register() {}
