"""The pages, one module a family."""

from flask import Blueprint

from web.blueprints import (
    admin,
    appeals,
    archive,
    calendars,
    cases,
    documents,
    inbox,
    operations,
    pki,
    profile,
    public,
    registry,
    session,
    signing,
    staff,
    supervision,
    tasks,
    tracking,
    verify,
    work,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    public.pages,
    session.pages,
    inbox.pages,
    cases.pages,
    tasks.pages,
    work.pages,
    signing.pages,
    documents.pages,
    appeals.pages,
    tracking.pages,
    registry.pages,
    verify.pages,
    archive.pages,
    supervision.pages,
    staff.pages,
    operations.pages,
    admin.pages,
    calendars.pages,
    profile.pages,
    pki.pages,
)
