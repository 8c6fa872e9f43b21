import { registerHooks } from 'node:module'

// Next's bundler finds next/headers without an ending; Node, on its own, does not.
registerHooks({
  resolve: (specifier, context, next) =>
    next(
      /^next\/(headers|navigation|server)$/.test(specifier) ? `${specifier}.js` : specifier,
      context,
    ),
})
