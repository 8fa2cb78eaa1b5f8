"""Readers and editors: who may correct, with a login (OIDC) and without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.app.dashboard_world import PATIENCE, dashboard, fill, open_first, search, settle, visit
from tests.oidc import CLIENT, Provider, run_provider

pytestmark = pytest.mark.timeout(600)

EDITOR = {"sub": "1", "email": "Ann@Herald.example", "email_verified": True}
READER = {"sub": "2", "email": "bo@herald.example"}
PRETENDER = {"sub": "3", "email": "ann@herald.example", "email_verified": False}


@pytest.fixture(scope="module")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('login') / 'sayso.db'}"
    fill(url)
    return url


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with run_provider() as running:
        yield running


@pytest.fixture(scope="module")
def guarded(provider: Provider, store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard that asks for a login, of which Ann is the only editor."""
    home = tmp_path_factory.mktemp("home")
    with dashboard(store_url, home=home, secrets=_secrets(provider), SAYSO_EDITORS="ann@herald.example") as address:
        yield address


def _secrets(provider: Provider) -> str:
    return (
        "[auth]\n"
        'redirect_uri = "{address}/oauth2callback"\n'
        'cookie_secret = "a secret of the tests, long enough"\n'
        f'client_id = "{CLIENT}"\n'
        'client_secret = "no secret"\n'
        f'server_metadata_url = "{provider.metadata_url}"\n'
    )


@pytest.fixture
def page(page_apart: Page) -> Page:
    """Nobody is logged in on it yet."""
    return page_apart


def log_in(page: Page, address: str, provider: Provider, person: dict[str, object]) -> None:
    provider.person = person
    visit(page, address)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_nothing_is_shown_before_a_login(page: Page, guarded: str) -> None:
    visit(page, f"{guarded}/claims?q=Orsk")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    assert "Orsk" not in page.inner_text("main")


@pytest.mark.parametrize(("person", "may_correct"), [(EDITOR, True), (READER, False), (PRETENDER, False)])
def test_editors_correct_and_readers_read(
    page: Page, guarded: str, provider: Provider, person: dict[str, object], may_correct: bool
) -> None:
    log_in(page, guarded, provider, person)
    search(page, guarded, "Orsk solvent")
    open_first(page)
    expect(page.get_by_role("button", name="Why it is here").first).to_be_visible()
    expect(page.get_by_role("button", name="Correct", exact=True)).to_have_count(
        page.get_by_role("button", name="Why it is here").count() if may_correct else 0
    )


def test_where_other_machines_reach_it_and_nobody_logs_in_it_is_for_reading(page: Page, store_url: str) -> None:
    with dashboard(store_url, SAYSO_DASHBOARD_OPEN="1") as address:
        visit(page, f"{address}/feeds")
        expect(page.get_by_role("tab", name="Add a feed")).to_have_count(0)
