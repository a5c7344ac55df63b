"""The web application: Gradio's page mounted behind the guards of `security`."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.conversations.database import Database
from assistant.conversations.store import Conversations
from assistant.errors import StorageError
from assistant.feedback.file import FeedbackFile, feedback_path
from assistant.ui.answers import Answers
from assistant.ui.column import Views
from assistant.ui.conversation import Conversation
from assistant.ui.documents import Documents
from assistant.ui.downloads import add_downloads
from assistant.ui.greeting import Greeter
from assistant.ui.page import build_blocks
from assistant.ui.panel import ASSETS
from assistant.ui.ratings import Ratings
from assistant.ui.security import LOOPBACK_NAMES, Guard, PageShell, SecurityHeaders
from assistant.ui.source_files import add_routes
from assistant.ui.source_view import Sources
from assistant.ui.startup import Startup
from assistant.ui.streams import IdleStreams
from assistant.ui.talks import Talks

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.facade import Assistant
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

#: Put into the page's head; the files are served from `ASSETS`.
HEAD = (
    '<link rel="stylesheet" href="ui/style.css"><link rel="stylesheet" href="ui/shelf.css">'
    '<link rel="stylesheet" href="ui/source.css"><link rel="stylesheet" href="ui/conversations.css">'
    '<script src="ui/page.js"></script><script src="ui/citations.js"></script>'
)
#: Folder in the home for files on their way in, one subfolder a process.
INCOMING = "incoming"
SYSTEM_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO_FONTS = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def build_app(assistant: Assistant, settings: Settings, startup: Startup | None = None) -> FastAPI:
    """The web application, for a server bound to loopback.

    Args:
        assistant: answers and keeps the documents.
        settings: limits, home, and where the chat model runs.
        startup: what opens the assistant; None if it is open already.

    Raises:
        StorageError: the home folder cannot be written.
    """
    incoming = private_folder(settings.home)
    # Gradio reads these from the environment only: where uploads land, and that nothing is reported.
    os.environ["GRADIO_TEMP_DIR"] = str(incoming)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from fastapi import FastAPI
    from fastapi.staticfiles import StaticFiles
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    startup = startup or Startup.finished(assistant, settings)
    documents = Documents(assistant, settings, startup, incoming)
    database = Database(settings.home)
    conversations = Conversations(database)
    answers = Answers(assistant, startup, conversations)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(answers.close)
        database.close()
        await asyncio.to_thread(documents.close)

    app = FastAPI(title="corpus-assistant", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.incoming = incoming
    app.state.copies = documents.copies
    app.mount("/ui", StaticFiles(directory=ASSETS))

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        progress = startup.progress
        return {"status": progress.phase, "state": progress.text, "problems": progress.problems}

    add_routes(app, assistant)
    add_downloads(app, answers)
    feedback = feedback_path(settings)
    ratings = Ratings(FeedbackFile(feedback))
    views = Views(settings, startup, documents, Greeter(assistant, startup), ratings, feedback)
    talks = Talks(conversations, answers)
    conversation = Conversation(answers, talks)
    blocks = build_blocks(views, conversation, talks, Sources(assistant), documents, ratings, settings)
    _mount(app, blocks, settings)
    # The last added is met first.
    app.add_middleware(IdleStreams, blocks=blocks)
    app.add_middleware(PageShell, head=HEAD)
    app.add_middleware(Guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_NAMES, www_redirect=False)
    app.add_middleware(SecurityHeaders)
    return app


def _mount(app: FastAPI, blocks: Any, settings: Settings) -> None:
    import gradio as gr

    # Without this a mounted app skips its check of which files may be read: it takes itself for unfinished.
    blocks.has_launched = True
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        allowed_paths=[],
        show_error=False,
        max_file_size=settings.max_bytes,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
        theme=gr.themes.Base(primary_hue="indigo", neutral_hue="slate", font=SYSTEM_FONTS, font_mono=MONO_FONTS),
    )
    app.state.blocks = blocks
    app.state.gradio = app.routes[-1].app  # type: ignore[attr-defined]


def private_folder(home: Path) -> Path:
    """A new empty folder for files on their way in, readable by its owner only.

    Raises:
        StorageError: the home folder cannot be written.
    """
    parent = home / INCOMING
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        parent.chmod(0o700)
        return Path(tempfile.mkdtemp(dir=parent))
    except OSError as error:
        raise StorageError(
            f"The home folder {home} cannot be written: {error.strerror or error}",
            "Check its permissions and free space, or set ASSISTANT_HOME to another folder.",
        ) from error


def drop_leftovers(incoming: Path) -> None:
    """Remove what killed processes left beside `incoming`. Only for the owner of the home's lock."""
    for folder in incoming.parent.iterdir():
        if folder != incoming:
            shutil.rmtree(folder, ignore_errors=True)
