import { type CreateDocumentOptions, createDocument } from 'zod-openapi'
import { browserPaths } from './browsers.ts'
import { grantPaths } from './grants.ts'
import { jobPaths } from './jobs.ts'
import { tags } from './operation.ts'
import { operatorPaths } from './operators.ts'
import { proxyPaths } from './proxy.ts'
import { securitySchemes } from './security.ts'
import { spaPaths } from './spas.ts'

/** docs/openapi.json: the HTTP API, from the schemas by which its routes read and write. */
export function openApi(): string {
  const document = createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Grantkeeper',
        version: '1',
        description:
          'Connects users to third-party APIs, and gives fresh access tokens to backend jobs. Names are in snake_case, times in ISO 8601 and UTC, errors RFC 9457 with a `code` of one closed set.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'This deployment' }],
      tags: tags.map((name) => ({ name })),
      paths: {
        ...grantPaths(),
        ...spaPaths(),
        ...proxyPaths(),
        ...jobPaths(),
        ...browserPaths(),
        ...operatorPaths(),
      },
      components: { securitySchemes },
    },
    { override: plainly },
  )
  return `${JSON.stringify(document, null, 2)}\n`
}

/** A format says it already; and nobody sends numbers that JavaScript cannot count to. */
const plainly: CreateDocumentOptions['override'] = ({ jsonSchema }) => {
  if (jsonSchema.format) delete jsonSchema.pattern
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
}
