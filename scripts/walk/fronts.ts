import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Place } from './shell.ts'

/**
 * What starts a reverse proxy with the configuration of a page, in place of the system's own service.
 * @param text the part that the page shows
 */
export function frontCommand(language: string, text: string, { folder }: Place): string {
  const whole = dirname(folder)
  const file = join(whole, language === 'nginx' ? 'nginx.conf' : 'Caddyfile')
  writeFileSync(file, language === 'nginx' ? nginx(text, whole) : caddy(text, whole))
  return language === 'nginx'
    ? `exec nginx -p '${whole}' -c '${file}' -e '${join(whole, 'nginx-error.log')}'`
    : `exec caddy run --config '${file}' --adapter caddyfile`
}

/** As `/etc/nginx/nginx.conf` includes a file of `conf.d`, but in the foreground and in one folder. */
function nginx(text: string, whole: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(whole, name)};`,
  )
  return [
    'daemon off;',
    `pid ${join(whole, 'nginx.pid')};`,
    'events {}',
    `http { ${paths.join(' ')}`,
    text,
    '}',
  ].join('\n')
}

/** With the certificate of this walk: nobody would give it one for a name of this machine alone. */
function caddy(text: string, whole: string): string {
  const tls = `tls ${join(whole, 'app.pem')} ${join(whole, 'app.key')}`
  return `{\n  admin off\n  auto_https off\n}\n${text.replace('{\n', `{\n  ${tls}\n`)}`
}
