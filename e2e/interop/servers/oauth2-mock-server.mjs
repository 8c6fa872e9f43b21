// https://github.com/axa-group/oauth2-mock-server#library-usage
import { OAuth2Server } from 'oauth2-mock-server'
import { clients, port, ready, url } from './site.mjs'

const server = new OAuth2Server()
await server.issuer.keys.generate('RS256')
server.issuer.url = url
// It knows no clients: whose ID token it is has to be said.
server.service.on('beforeTokenSigning', (token) => {
  Object.assign(token.payload, { aud: clients[0].id, name: 'Alice Baker', sub: 'u-alice' })
})
await server.start(port, '127.0.0.1')
server.issuer.url = url
ready()
