# https://docs.authlib.org/en/v1.2.0/flask/2/authorization-server.html and openid-connect.html, with Debian's
# python3-authlib and python3-flask, and everything in memory.
import json
import os
import time
from html import escape

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.jose import JsonWebKey
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'
given = json.loads(os.environ['INTEROP'])
url = given['url']
people = {
    name: {'id': f'u-{name}', 'name': full, 'email': f'{name}@example.com'}
    for name, full in {'alice': 'Alice Baker', 'bob': 'Bob Carter'}.items()
}
codes, tokens = {}, []
key = JsonWebKey.generate_key('RSA', 2048, {'kid': 'one', 'alg': 'RS256', 'use': 'sig'}, is_private=True)


class Client(ClientMixin):
    def __init__(self, id, secret, redirectUris, **_):
        self.client_id, self.secret, self.redirect_uris = id, secret, redirectUris

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret):
        return self.secret == client_secret

    def check_endpoint_auth_method(self, method, endpoint):
        return method in ('client_secret_basic', 'client_secret_post')

    def check_response_type(self, response_type):
        return response_type == 'code'

    def check_grant_type(self, grant_type):
        return grant_type in ('authorization_code', 'refresh_token')


class Code(AuthorizationCodeMixin):
    def __init__(self, code, request):
        self.code, self.client_id, self.user = code, request.client.client_id, request.user
        self.redirect_uri, self.scope = request.redirect_uri, request.scope
        self.nonce, self.auth_time = request.data.get('nonce'), int(time.time())
        self.code_challenge = request.data.get('code_challenge')
        self.code_challenge_method = request.data.get('code_challenge_method')
        self.is_expired = False

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time


class Token(TokenMixin):
    def __init__(self, token, request):
        self.access, self.refresh = token['access_token'], token.get('refresh_token')
        self.scope, self.life = token.get('scope', ''), token['expires_in']
        self.client_id, self.user = request.client.client_id, request.user
        self.begun, self.is_over = time.time(), False

    def check_client(self, client):
        return self.client_id == client.client_id

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.life

    def is_expired(self):
        return time.time() > self.begun + self.life

    def is_revoked(self):
        return self.is_over


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post']

    def save_authorization_code(self, code, request):
        codes[code] = Code(code, request)

    def query_authorization_code(self, code, client):
        found = codes.get(code)
        return found if found and found.client_id == client.client_id and not found.is_expired else None

    def delete_authorization_code(self, authorization_code):
        codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post']
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        return next((one for one in tokens if one.refresh == refresh_token and not one.is_over), None)

    def authenticate_user(self, credential):
        return credential.user

    def revoke_old_credential(self, credential):
        credential.is_over = True


class IdToken(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return False

    def get_jwt_config(self, grant):
        return {'key': key, 'alg': 'RS256', 'iss': url, 'exp': 3600}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=user['id'], name=user['name'], email=user['email'])


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post']

    def query_token(self, token_string, token_type_hint):
        return next((one for one in tokens if token_string in (one.access, one.refresh)), None)

    def revoke_token(self, token, request):
        token.is_over = True


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return next((one for one in tokens if one.access == token_string), None)


app = Flask(__name__)
app.config['OAUTH2_REFRESH_TOKEN_GENERATOR'] = True
app.config['OAUTH2_TOKEN_EXPIRES_IN'] = {'authorization_code': 10, 'refresh_token': 10}
clients = {one['id']: Client(**one) for one in given['clients']}
server = AuthorizationServer(
    app,
    query_client=clients.get,
    save_token=lambda token, request: tokens.append(Token(token, request)),
)
server.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(require_nonce=False)])
server.register_grant(RefreshGrant)
server.register_endpoint(Revocation)
protected = ResourceProtector()
protected.register_token_validator(Validator())


def person():
    return people.get(request.cookies.get('person'))


@app.post('/login')
def login():
    answer = app.make_response('Hello')
    answer.set_cookie('person', request.form['person'])
    return answer


@app.get('/oauth/authorize')
def ask():
    server.get_consent_grant(end_user=person())
    query = escape(request.query_string.decode())
    button = '<button name="decision" value="{0}">{0}</button>'.format
    return f'<form method="post" action="/oauth/authorize?{query}">{button("allow")}{button("deny")}</form>'


@app.post('/oauth/authorize')
def decide():
    is_allowed = request.form['decision'] == 'allow'
    return server.create_authorization_response(grant_user=person() if is_allowed else None)


@app.post('/oauth/token')
def token():
    return server.create_token_response()


@app.post('/oauth/revoke')
def revoke():
    return server.create_endpoint_response('revocation')


@app.get('/api/me')
@protected('profile')
def me():
    from authlib.integrations.flask_oauth2 import current_token

    return jsonify(sub=current_token.user['id'], **current_token.user)


@app.post('/connections/end')
def end():
    for one in tokens:
        one.is_over = one.is_over or one.user == person()
    return 'Ended'


@app.post('/clock/codes')
def expire():
    for code in codes.values():
        code.is_expired = True
    return 'All codes have run out'


@app.get('/jwks')
def jwks():
    return jsonify(keys=[{**key.as_dict(is_private=False), 'kid': 'one'}])


@app.get('/.well-known/openid-configuration')
def metadata():
    return jsonify(
        issuer=url,
        authorization_endpoint=f'{url}/oauth/authorize',
        token_endpoint=f'{url}/oauth/token',
        revocation_endpoint=f'{url}/oauth/revoke',
        userinfo_endpoint=f'{url}/api/me',
        jwks_uri=f'{url}/jwks',
        response_types_supported=['code'],
        subject_types_supported=['public'],
        id_token_signing_alg_values_supported=['RS256'],
        token_endpoint_auth_methods_supported=['client_secret_basic', 'client_secret_post'],
        code_challenge_methods_supported=['S256'],
    )


running = make_server('127.0.0.1', given['port'], app, threaded=True)
print('ready', flush=True)
running.serve_forever()
