package io.petrichor.handler

import org.springframework.stereotype.Component

/** Handlers as one writes them in Kotlin. */
@Component
class KotlinHandlers {

	@PetrichorHandler("nullable.header")
	fun nullableHeader(@Header("name") name: String?): String = "hello ${name ?: "nobody"}"

	@PetrichorHandler("header")
	fun header(@Header("name") name: String): String = "hello $name"

	@PetrichorHandler("nullable.body")
	fun nullableBody(@Body body: String?): String = body ?: "nothing"

	@PetrichorHandler("body")
	fun body(@Body body: String): String = body

	@PetrichorHandler("nothing")
	fun nothing() {
	}

}

@Component
class SuspendingHandlers {

	@PetrichorHandler("suspending")
	suspend fun suspending(@Body body: String): String = body

}
