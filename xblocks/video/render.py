"""A video as HTML: plays by itself where the browser has no scripts."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from xblocks.kit.texts import Texts
from xblocks.video.languages import language_name
from xblocks.video.sources import HLS, Source, with_range

SPEEDS = (0.75, 1.0, 1.25, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Track:
    """A transcript: its language and the addresses of its forms."""

    language: str
    captions_url: str
    download_url: str
    text_url: str
    text_file_url: str
    lines_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPage:
    """All that a video's HTML is made from."""

    element_id: str
    title: str
    files: tuple[Source, ...]
    youtube_id: str
    start_seconds: float
    end_seconds: float
    tracks: tuple[Track, ...]
    shows_captions: bool
    offers_video: bool
    offers_transcripts: bool
    transcript_url: str
    handout_url: str
    poster_url: str
    language: str  # of the transcript that is shown first
    texts: Texts

    @property
    def has_hls(self) -> bool:
        """Whether some browsers need a script to play it."""
        return any(item.content_type == HLS for item in self.files)

    @property
    def ordered_tracks(self) -> tuple[Track, ...]:
        """The transcripts, that of the chosen language first."""
        return tuple(sorted(self.tracks, key=lambda track: not _is_in(track, self.language)))


def _is_in(track: Track, language: str) -> bool:
    own, wanted = track.language.lower().replace("_", "-"), language.lower().replace("_", "-")
    return bool(wanted) and (own == wanted or own.partition("-")[0] == wanted.partition("-")[0])


def render_video(page: VideoPage) -> Markup:
    """Return the figure: title, player, transcript, links."""
    if page.files:
        player = _player(page)
    elif page.youtube_id:
        player = _youtube(page)
    else:
        player = Markup('<p class="video-missing">{}</p>').format(
            page.texts.gettext("This video has no file that can be played here.")
        )
    title = Markup('<figcaption class="video-title">{}</figcaption>').format(page.title)
    return Markup('<figure class="video-block" id="{}">{}{}{}{}</figure>').format(
        page.element_id,
        title if page.title else "",
        Markup('<div class="video-stage"><div class="video-picture">{}{}</div>{}</div>').format(
            player, _speed(page), _lines(page)
        ),
        _reading(page),
        _links(page),
    )


def _player(page: VideoPage) -> Markup:
    files = Markup("").join(
        Markup('<source src="{}"{}>').format(
            with_range(item.url, page.start_seconds, page.end_seconds),
            Markup(' type="{}"').format(item.content_type) if item.content_type else "",
        )
        for item in page.files
    )
    tracks = Markup("").join(
        Markup('<track kind="captions" srclang="{}" label="{}" src="{}"{}>').format(
            track.language,
            language_name(track.language),
            track.captions_url,
            Markup(" default") if page.shows_captions and index == 0 else "",
        )
        for index, track in enumerate(page.ordered_tracks)
    )
    # Only files of the course itself: nothing is loaded from elsewhere before the start.
    poster = (
        Markup(' poster="{}"').format(page.poster_url)
        if page.poster_url.startswith("/static/")
        else ""
    )
    video = Markup(
        '<video class="video-player" controls playsinline preload="none" aria-label="{}"{}>'
        "{}{}{}</video>"
    ).format(page.title or page.texts.gettext("Video"), poster, files, tracks, _file_link(page, 0))
    start = _start(page) if page.has_hls else Markup("")
    return video + start + _broken(page) + (_youtube(page, hidden=True) if page.youtube_id else "")


def _broken(page: VideoPage) -> Markup:
    """Return what the script shows when none of the files can be played."""
    return Markup('<p class="video-broken" role="status" hidden>{} {}</p>').format(
        page.texts.gettext("The video cannot be loaded just now. Try again, or open it by itself:"),
        _file_link(page, 0),
    )


def _speed(page: VideoPage) -> Markup:
    """Return the choice of speed; the script shows it where it can be changed."""
    if not page.files and not page.youtube_id:
        return Markup("")
    options = Markup("").join(
        Markup('<option value="{}"{}>{}&times;</option>').format(
            f"{speed:g}", Markup(" selected") if speed == 1 else "", f"{speed:g}"
        )
        for speed in SPEEDS
    )
    return Markup('<label class="video-speed" hidden>{} <select>{}</select></label>').format(
        page.texts.gettext("Speed"), options
    )


def _reading(page: VideoPage) -> Markup:
    """Return links to the transcripts for readers without scripts."""
    template = page.texts.gettext("Read the transcript ({language})")
    links = Markup(" ").join(
        Markup('<a href="{}">{}</a>').format(
            track.text_url, template.format(language=language_name(track.language))
        )
        for track in page.ordered_tracks
    )
    return Markup("<noscript><p>{}</p></noscript>").format(links) if links else links


def _start(page: VideoPage) -> Markup:
    """Return what starts a film that the browser cannot play by itself; the script shows it."""
    return Markup(
        '<p class="video-start" hidden><button type="button">{}</button>'
        ' <span role="status"></span><span class="video-failed" hidden>{} {}</span></p>'
    ).format(
        page.texts.gettext("Play the video"),
        page.texts.gettext("The video cannot be loaded just now. Try again, or open it by itself:"),
        _file_link(page, 0),
    )


def _youtube(page: VideoPage, *, hidden: bool = False) -> Markup:
    query = {"v": page.youtube_id}
    if page.start_seconds:
        # Whole seconds are all that it takes.
        query["t"] = f"{int(page.start_seconds)}s"
    return Markup(
        '<p class="video-youtube" data-youtube="{}" data-outside="{}"{}>'
        '<a href="https://www.youtube.com/watch?{}" rel="noopener noreferrer">{}</a>'
        " <small>{}</small></p>"
    ).format(
        page.youtube_id,
        page.texts.gettext("Nothing to see here? Open the video at YouTube."),
        Markup(" hidden") if hidden else "",
        urlencode(query),
        page.texts.gettext("Play the video from YouTube"),
        page.texts.gettext("YouTube then learns that you watch it."),
    )


def _lines(page: VideoPage) -> Markup:
    """Return the transcripts to read along; the script fills them in."""
    if not page.tracks:
        return Markup("")
    options = Markup("").join(
        Markup('<option value="{}" data-language="{}">{}</option>').format(
            track.lines_url, track.language, language_name(track.language)
        )
        for track in page.ordered_tracks
    )
    return Markup(
        '<details class="video-transcript" hidden><summary>{}</summary>'
        '<label{}>{} <select class="video-language">{}</select></label>'
        '<ol class="video-lines"></ol></details>'
    ).format(
        page.texts.gettext("Transcript"),
        Markup(" hidden") if len(page.tracks) == 1 else "",
        page.texts.gettext("Language"),
        options,
    )


def _links(page: VideoPage) -> Markup:
    gettext = page.texts.gettext
    links: list[tuple[str, str]] = []
    if page.offers_video and page.files:
        links.append((page.files[0].url, gettext("Download the video")))
    if page.offers_transcripts:
        if page.transcript_url:
            links.append((page.transcript_url, gettext("Download the transcript")))
        else:
            template = gettext("Download the transcript ({language}, {form})")
            links += [
                (url, template.format(language=language_name(track.language), form=form))
                for track in page.tracks
                for url, form in ((track.download_url, "SRT"), (track.text_file_url, "TXT"))
            ]
    if page.handout_url:
        links.append((page.handout_url, gettext("Download the handout")))
    if not links:
        return Markup("")
    rows = Markup("").join(
        Markup('<li><a href="{}">{}</a></li>').format(url, text) for url, text in links
    )
    return Markup('<ul class="video-links">{}</ul>').format(rows)


def _file_link(page: VideoPage, index: int) -> Markup:
    """Return what a browser without video shows."""
    return Markup('<a href="{}">{}</a>').format(
        page.files[index].url, page.texts.gettext("Open the video file")
    )
