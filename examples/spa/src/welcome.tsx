import { useAuth0 } from '@auth0/auth0-react'

export function Welcome({ name }: { name: string }) {
  const { loginWithRedirect, error } = useAuth0()
  return (
    <section className="welcome">
      <h1>All your playlists on one page</h1>
      <p className="lead">
        {name} reads what you listen to where you listen to it. You connect a service once, and take
        it back whenever you like.
      </p>
      {error && (
        <p role="alert">The login did not finish. Nothing was changed; please try again.</p>
      )}
      <button type="button" className="main" onClick={() => loginWithRedirect()}>
        Log in
      </button>
    </section>
  )
}
