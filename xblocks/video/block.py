"""The video XBlock: a plain ``<video>`` element first, YouTube only when somebody asks for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.utils.translation import get_language
from web_fragments.fragment import Fragment
from webob import Response
from xblock.completable import CompletableXBlockMixin
from xblock.core import XBlock
from xblock.fields import Float, Scope

from common.blocks.json_handlers import json_reply, number_in, object_handler
from common.blocks.view_cache import ViewNeeds
from common.core.assets import asset
from xblocks.kit import author
from xblocks.kit.fields import TolerantFloat, TolerantString, declared_fields
from xblocks.kit.texts import Texts
from xblocks.video import render, sources
from xblocks.video.transcripts import (
    Cue,
    TranscriptError,
    at_speed,
    parse_transcript,
    to_sjson,
    to_srt,
    to_text,
    to_webvtt,
)

# Share of the video after which it counts as watched.
COMPLETE_FRACTION = 0.95
_VideoFields: Any = declared_fields("video", show_captions=True)


@XBlock.needs("i18n")
@XBlock.wants("replace_urls", "author_html", "course_files")
class VideoBlock(_VideoFields, CompletableXBlockMixin, XBlock):
    """A video with its transcripts; complete once 95 % of it has been played."""

    works_without_scripts = True

    public_dir = "static"
    icon_class = "video"

    display_name = TolerantString(default=None, scope=Scope.settings)
    # Where the learner stopped, and how fast they like it, here and in other courses.
    saved_position_seconds: Any = TolerantFloat(default=0.0, scope=Scope.user_state)
    global_speed: Any = Float(default=1.0, scope=Scope.preferences)
    transcript_language: Any = TolerantString(default="", scope=Scope.preferences)

    # Views

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the player; nothing is loaded from elsewhere before it is started."""
        page = self._page()
        fragment = Fragment(author.with_links(self, str(render.render_video(page))))
        fragment.add_css_url(self.runtime.local_resource_url(self, "static/video.css"))
        fragment.add_javascript_url(self.runtime.local_resource_url(self, "static/video.js"))
        fragment.initialize_js(
            "LyceumVideo",
            {
                "usage": str(self.scope_ids.usage_id),
                "id": str(self.scope_ids.usage_id.block_id),
                "completion": self.runtime.handler_url(self, "publish_completion"),
                "position": self.runtime.handler_url(self, "save_user_state"),
                "fraction": COMPLETE_FRACTION,
                "start": page.start_seconds,
                "end": page.end_seconds,
                "saved": self.saved_position_seconds or 0,
                "speed": self.global_speed,
                "youtube": page.youtube_id,
                "code": _code(page),
                "hls": asset("hls.js") if page.has_hls else "",
            },
        )
        return fragment

    author_view = student_view

    def view_needs(self) -> ViewNeeds:
        """Say that nothing but the learner's own fields changes the view."""
        return ViewNeeds()

    def public_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the player to visitors where the author opened the video to the public."""
        if self.public_access:
            return self.student_view(context)
        return Fragment()

    def student_view_data(self, context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what clients need that play the video themselves."""
        files = sources.playable_sources(self.html5_sources or [])
        encoded: dict[str, Any] = {}
        for file in files:
            kind = "hls" if file.content_type == sources.HLS else "fallback"
            encoded.setdefault(kind, {"url": author.with_links(self, file.url), "file_size": 0})
        video_id = self._youtube_id()
        if video_id:
            url = f"https://www.youtube.com/watch?v={video_id}"
            encoded["youtube"] = {"url": url, "file_size": 0}
        return {
            "only_on_web": self.only_on_web,
            "duration": None,
            "transcripts": {
                language: self._transcript_url("download", language)
                for language in self.transcript_names()
            },
            "encoded_videos": encoded,
            "all_sources": [item["url"] for item in encoded.values()],
        }

    def _page(self) -> render.VideoPage:
        return render.VideoPage(
            element_id=f"video_{self.scope_ids.usage_id.block_id}",
            title=self.display_name or "",
            files=sources.playable_sources(self.html5_sources or []),
            youtube_id=self._youtube_id(),
            start_seconds=sources.seconds(self.start_time),
            end_seconds=sources.seconds(self.end_time),
            tracks=tuple(
                render.Track(
                    language=language,
                    captions_url=self._transcript_url("vtt", language),
                    download_url=self._transcript_url("download", language),
                    text_url=self._transcript_url("text", language),
                    text_file_url=self._transcript_url("txt", language),
                    lines_url=self._transcript_url("translation", language),
                )
                for language in self.transcript_names()
            ),
            shows_captions=self.show_captions,
            offers_video=self.download_video,
            offers_transcripts=self.download_track,
            transcript_url=self.track or "",
            handout_url=self.handout or "",
            poster_url=self.thumbnail or "",
            language=self.transcript_language or get_language() or "",
            texts=Texts(self),
        )

    # Sources

    def _youtube_id(self) -> str:
        ids = [self.youtube_id_1_0, self.youtube_id_1_25, self.youtube_id_1_5, self.youtube_id_0_75]
        return sources.youtube_id(ids, self.html5_sources or [])

    def transcript_names(self) -> dict[str, tuple[str, ...]]:
        """Return by language the course files that may hold the transcript, best first.

        Files that the course does not have are left out, and languages without any.
        """
        named = sources.transcript_files(
            transcripts=self.transcripts, sub=self.sub, video_id=self._youtube_id()
        )
        service = self.runtime.service(self, "course_files")
        if service is None:
            return {}
        held = {
            language: tuple(name for name in names if service.holds(name))
            for language, names in named.items()
        }
        return {language: names for language, names in held.items() if names}

    def _transcript_url(self, form: str, language: str) -> str:
        url: str = self.runtime.handler_url(self, "transcript", f"{form}/{quote(language)}")
        return url

    def find_transcript(self, language: str) -> tuple[Cue, ...] | None:
        """Return the cues in a language; None where the file is missing or cannot be read."""
        service = self.runtime.service(self, "course_files")
        for name in self.transcript_names().get(language, ()):
            data = service.find_bytes(name) if service is not None else None
            if data is None:
                continue
            try:
                cues = parse_transcript(data.decode("utf-8", "replace"))
            except TranscriptError:
                continue
            if sources.is_named_after(name, self._youtube_id()):
                return cues
            return at_speed(cues, self._recorded_speed())
        return None

    def _recorded_speed(self) -> float:
        """Return how fast the recording that is played runs: old courses had one for each speed."""
        if sources.playable_sources(self.html5_sources or []):
            return 1.0
        speeds = {
            self.youtube_id_0_75: 0.75,
            self.youtube_id_1_5: 1.5,
            self.youtube_id_1_25: 1.25,
            self.youtube_id_1_0: 1.0,
        }
        return speeds.get(self._youtube_id(), 1.0)

    # Handlers

    @XBlock.handler
    def transcript(self, request: Any, suffix: str = "") -> Response:
        """Serve a transcript: ``vtt/LANG``, ``download/LANG`` (SRT), ``translation/LANG`` (JSON).

        ``text/LANG`` and ``txt/LANG`` are the words alone, to read and as a file.
        ``available_translations`` lists the languages.
        """
        form, _, language = suffix.strip("/").partition("/")
        if form == "available_translations":
            return json_reply(sorted(self.transcript_names()))
        language = language or request.GET.get("lang", "en")
        cues = self.find_transcript(language)
        if cues is None:
            return Response(status=404)
        if form == "translation":
            return json_reply(to_sjson(cues))
        if form == "download":
            return self._as_file(_text(to_srt(cues), "application/x-subrip"), f"{language}.srt")
        if form in ("text", "txt"):
            reply = _text(to_text(cues), "text/plain")
            return self._as_file(reply, f"{language}.txt") if form == "txt" else reply
        return _text(to_webvtt(cues), "text/vtt") if form == "vtt" else Response(status=404)

    def _as_file(self, response: Response, ending: str) -> Response:
        name = f"transcript-{self.scope_ids.usage_id.block_id}-{ending}"
        response.content_disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        return response

    @object_handler
    def publish_completion(self, data: dict[str, Any], suffix: str = "") -> dict[str, Any]:
        """Complete the video: the player says that its end was reached."""
        self.emit_completion(1.0)
        return {"result": "ok"}

    @object_handler
    def save_user_state(self, data: dict[str, Any], suffix: str = "") -> dict[str, Any]:
        """Remember where the learner stopped (``position``, seconds), ``speed`` and ``language``.

        The language is that of the transcript they chose.
        """
        position, speed = number_in(data, "position"), number_in(data, "speed")
        if position is not None and 0 <= position < 360_000:
            self.saved_position_seconds = round(position, 1)
        if speed is not None and 0.25 <= speed <= 4:
            self.global_speed = speed
        language = data.get("language")
        if isinstance(language, str) and language in self.transcript_names():
            self.transcript_language = language
        return {"success": True}

    def index_dictionary(self) -> dict[str, Any]:
        """Return what search may find this video by: its name and what is said in it."""
        content = {"display_name": self.display_name or ""}
        for language in self.transcript_names():
            cues = self.find_transcript(language)
            if cues:
                content[f"transcript_{language}"] = " ".join(cue.text for cue in cues)
        return {"content": content, "content_type": "Video"}


def _code(page: render.VideoPage) -> str:
    """Return how events name what is played: a YouTube id, else the way a file is played."""
    if not page.files:
        return page.youtube_id or "html5"
    return "hls" if page.files[0].content_type == sources.HLS else "html5"


def _text(text: str, content_type: str) -> Response:
    return Response(body=text.encode("utf-8"), content_type=content_type, charset="utf-8")
