"""Pipecat as the usual Twilio bot: `POST /` answers with TwiML, `/ws` is the media socket, one pipeline per call.

The pipeline is the one of Pipecat's own Twilio example and project template: transport, Deepgram, user aggregator with
Silero, OpenAI, Cartesia, transport, audio buffer, assistant aggregator, at 8 kHz, with defaults wherever there are any.
What differs: a fixed greeting in place of one from the language model, and addresses of vendors from the environment.
Recordings are written per call, as the example does it.
"""

import os
import sys
import wave

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import HTMLResponse, PlainTextResponse
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.audio.audio_buffer_processor import AudioBufferProcessor
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.cartesia.tts import CartesiaTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

# Production setting: the default DEBUG level would cost more than the pipeline.
logger.remove()
logger.add(sys.stderr, level=os.getenv("LOG_LEVEL", "WARNING"))

PROMPT = os.environ["PEER_PROMPT"]
GREETING = os.environ["PEER_GREETING"]
RECORDINGS = os.environ["RECORDING_DIR"]
# `timeout`: a turn ends by silence, with that strategy's defaults. `smart`: Smart Turn v3, which ships with the package and
# is the framework's default; README.md says why it is not the one measured.
TURN_END = os.getenv("PIPECAT_TURN_END", "timeout")

app = FastAPI()


@app.get("/ready")
async def ready():
    return PlainTextResponse("ok")


@app.post("/")
async def incoming_call(request: Request):
    host = request.headers["host"]
    return HTMLResponse(
        content=f'<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="ws://{host}/ws" /></Connect>'
        "</Response>",
        media_type="application/xml",
    )


@app.websocket("/ws")
async def media(websocket: WebSocket):
    await websocket.accept()
    _, call = await parse_telephony_websocket(websocket)
    serializer = TwilioFrameSerializer(
        stream_sid=call["stream_id"],
        call_sid=call["call_id"],
        account_sid=os.environ["TWILIO_ACCOUNT_SID"],
        auth_token=os.environ["TWILIO_AUTH_TOKEN"],
        base_url=os.environ["TWILIO_BASE_URL"],
    )
    transport = FastAPIWebsocketTransport(
        websocket=websocket,
        params=FastAPIWebsocketParams(
            audio_in_enabled=True, audio_out_enabled=True, add_wav_header=False, serializer=serializer
        ),
    )
    await run_bot(transport, call["call_id"])


async def run_bot(transport: FastAPIWebsocketTransport, call_sid: str):
    stt = DeepgramSTTService(
        api_key=os.environ["DEEPGRAM_API_KEY"], base_url=os.environ["DEEPGRAM_BASE_URL"], tag=call_sid
    )
    llm = OpenAILLMService(
        api_key=os.environ["OPENAI_API_KEY"],
        base_url=os.environ["OPENAI_BASE_URL"],
        settings=OpenAILLMService.Settings(
            model="gpt-4.1-mini", system_instruction=PROMPT, extra={"user": call_sid}
        ),
    )
    tts = CartesiaTTSService(
        api_key=os.environ["CARTESIA_API_KEY"],
        url=os.environ["CARTESIA_BASE_URL"].replace("http", "ws", 1) + "/tts/websocket",
        settings=CartesiaTTSService.Settings(voice=os.environ["CARTESIA_VOICE_ID"]),
    )
    context = LLMContext()
    user_params = LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    if TURN_END == "timeout":
        user_params.user_turn_strategies = UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy()])
    user_aggregator, assistant_aggregator = LLMContextAggregatorPair(context, user_params=user_params)
    audiobuffer = AudioBufferProcessor(num_channels=2)
    worker = PipelineWorker(
        Pipeline(
            [
                transport.input(),
                stt,
                user_aggregator,
                llm,
                tts,
                transport.output(),
                audiobuffer,
                assistant_aggregator,
            ]
        ),
        params=PipelineParams(
            audio_in_sample_rate=8000,
            audio_out_sample_rate=8000,
            enable_metrics=True,
            enable_usage_metrics=True,
        ),
    )

    @transport.event_handler("on_client_connected")
    async def on_client_connected(_transport, _client):
        await audiobuffer.start_recording()
        await worker.queue_frames([TTSSpeakFrame(GREETING)])

    @transport.event_handler("on_client_disconnected")
    async def on_client_disconnected(_transport, _client):
        await worker.cancel()

    @audiobuffer.event_handler("on_audio_data")
    async def on_audio_data(_buffer, audio, sample_rate, num_channels):
        with wave.open(os.path.join(RECORDINGS, f"{call_sid}.wav"), "wb") as wav:
            wav.setsampwidth(2)
            wav.setnchannels(num_channels)
            wav.setframerate(sample_rate)
            wav.writeframes(audio)

    runner = WorkerRunner(handle_sigint=False, force_gc=True)
    await runner.add_workers(worker)
    await runner.run()
