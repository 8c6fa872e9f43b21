# https://django-oauth-toolkit.readthedocs.io/en/1.7.0/getting_started.html and oidc.html, with Debian's
# python3-django-oauth-toolkit, and a database in memory.
import json
import os
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from jwcrypto.jwk import JWK

given = json.loads(os.environ['INTEROP'])
url = given['url']
scopes = {'openid': 'Who you are', 'profile': 'Your name', 'email': 'Your address'}
settings.configure(
    SECRET_KEY='a secret of this server',
    ALLOWED_HOSTS=['*'],
    ROOT_URLCONF=__name__,
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}},
    DEFAULT_AUTO_FIELD='django.db.models.AutoField',
    INSTALLED_APPS=[
        'django.contrib.auth',
        'django.contrib.contenttypes',
        'django.contrib.sessions',
        'django.contrib.staticfiles',
        'oauth2_provider',
    ],
    MIDDLEWARE=[
        'django.contrib.sessions.middleware.SessionMiddleware',
        'django.middleware.common.CommonMiddleware',
        'django.middleware.csrf.CsrfViewMiddleware',
        'django.contrib.auth.middleware.AuthenticationMiddleware',
    ],
    TEMPLATES=[
        {
            'BACKEND': 'django.template.backends.django.DjangoTemplates',
            'APP_DIRS': True,
            'OPTIONS': {'context_processors': ['django.contrib.auth.context_processors.auth']},
        }
    ],
    STATIC_URL='/static/',
    LOGIN_URL='/login',
    OAUTH2_PROVIDER={
        'ACCESS_TOKEN_EXPIRE_SECONDS': 10,
        'PKCE_REQUIRED': True,
        'SCOPES': scopes,
        'OIDC_ENABLED': True,
        'OIDC_ISS_ENDPOINT': f'{url}/o',
        'OIDC_RSA_PRIVATE_KEY': JWK.generate(kty='RSA', size=2048)
        .export_to_pem(private_key=True, password=None)
        .decode(),
        'OAUTH2_VALIDATOR_CLASS': f'{__name__}.Validator',
    },
)
django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from oauth2_provider.decorators import protected_resource  # noqa: E402
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402


class Validator(OAuth2Validator):
    def get_additional_claims(self, request):
        return {'name': request.user.get_full_name(), 'email': request.user.email}


@csrf_exempt
def enter(request):
    login(request, get_user_model().objects.get(username=request.POST['person']))
    return HttpResponse('Hello')


@protected_resource(scopes=['profile'])
def me(request):
    user = request.resource_owner
    return JsonResponse({'id': user.pk, 'name': user.get_full_name(), 'email': user.email})


@csrf_exempt
def end(request):
    for token in RefreshToken.objects.filter(user=request.user, revoked=None):
        token.revoke()
    AccessToken.objects.filter(user=request.user).delete()
    return HttpResponse('Ended')


@csrf_exempt
def expire(_request):
    Grant.objects.update(expires=timezone.now() - timezone.timedelta(days=1))
    return HttpResponse('All codes have run out')


urlpatterns = [
    path('o/', include('oauth2_provider.urls', namespace='oauth2_provider')),
    path('login', enter),
    path('api/me', me),
    path('connections/end', end),
    path('clock/codes', expire),
]

call_command('migrate', verbosity=0)
for name, full in {'alice': 'Alice Baker', 'bob': 'Bob Carter'}.items():
    first, last = full.split(' ')
    get_user_model().objects.create_user(
        name, f'{name}@example.com', first_name=first, last_name=last
    )
for one in given['clients']:
    Application.objects.create(
        name=one['id'],
        client_id=one['id'],
        client_secret=one['secret'],
        client_type='confidential',
        authorization_grant_type='authorization-code',
        redirect_uris=' '.join(one['redirectUris']),
        algorithm='RS256',
    )
server = make_server('127.0.0.1', given['port'], get_wsgi_application())
print('ready', flush=True)
server.serve_forever()
