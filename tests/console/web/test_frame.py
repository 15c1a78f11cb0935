"""The frame around every page: menu by role, language, theme, telephone, bands."""

from anshin.console.people.roles import Role


def test_home_has_frame(cast):
    page = cast.client(Role.OWNER).get(f"/c/{cast.company.id}/").content.decode()
    assert '<html lang="ja"' in page
    assert "03-0000-0000" in page
