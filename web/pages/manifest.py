"""What a phone needs to put the hub on its home screen."""

from __future__ import annotations

from aiohttp import hdrs, web

from web.keys import ASSETS
from web.routing import PageRoute


async def manifest(request: web.Request) -> web.Response:
    asset = request.app[ASSETS].url
    body = {
        "name": "Homeostat",
        "short_name": "Homeostat",
        "description": "Your household's health and daily life, kept at home.",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f3ee",
        "theme_color": "#175f80",
        "icons": [
            {"src": asset("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": asset("img/icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": asset("img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
            {"src": asset("img/icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
        "shortcuts": [
            {"name": "Log something", "url": "/journal/new"},
            {"name": "Journal", "url": "/journal"},
        ],
    }
    response = web.json_response(body, content_type="application/manifest+json")
    response.headers[hdrs.CACHE_CONTROL] = "max-age=3600"
    return response


async def robots(_: web.Request) -> web.Response:
    """Nobody's health belongs into a search engine."""
    return web.Response(text="User-agent: *\nDisallow: /\n")


ROUTES = (
    PageRoute("GET", "/manifest.webmanifest", manifest, open=True),
    PageRoute("GET", "/robots.txt", robots, open=True),
)
